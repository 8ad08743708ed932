"""The bus: one small protocol with three carriers (in process, Unix sockets, NATS)."""

from runtime.bus.local import LocalBus
from runtime.bus.open import open_bus
from runtime.bus.protocol import Bus, BusError, Message, NoAnswer, Refused

__all__ = ["Bus", "BusError", "LocalBus", "Message", "NoAnswer", "Refused", "open_bus"]
