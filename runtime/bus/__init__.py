"""The bus: one small protocol with three carriers (in process, Unix sockets, NATS)."""

from runtime.bus.protocol import Bus, BusError, Message, NoAnswer, Refused

__all__ = ["Bus", "BusError", "Message", "NoAnswer", "Refused"]
