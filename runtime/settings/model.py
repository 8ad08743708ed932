"""Every setting, as frozen pydantic models. In: tables parsed from config.toml. Out: one `Settings` value.

The default, the reason for it and the documentation stand in `config.toml`; a test keeps the two equal.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    """One table of config.toml: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Section):
    host: str = "127.0.0.1"
    port: Port = 8000
    https_host: str = "0.0.0.0"  # noqa: S104 - phones reach the desk over the LAN
    https_port: Port = 8443
    https_cert: Path | None = None
    https_key: Path | None = None
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    var: Path = Path("var")
    max_body_mib: int = Field(default=32, ge=1, le=1024)
    upstream_mbps: float = Field(default=0.0, ge=0, le=100000)
    expected_viewers: int = Field(default=20, ge=0, le=1000000)


class Store(Section):
    url: str = ""
    url_file: Path | None = None
    pool_size: int = Field(default=5, ge=1, le=100)
    import_most_mib: int = Field(default=512, ge=1, le=4096)


class Bus(Section):
    kind: Literal["socket", "nats"] = "socket"
    nats_url: str = "nats://127.0.0.1:4222"
    nats_url_file: Path | None = None
    prefix: str = "daylight"
    request_timeout_s: float = Field(default=5.0, gt=0, le=60)


class Studio(Section):
    udp_ports: tuple[Port, Port] | None = None
    public_address: str = ""
    ice_servers: tuple[Annotated[str, Field(pattern=r"^(stuns?|turns?):\S+$")], ...] = ()
    turn_secret: SecretStr | None = None
    turn_secret_file: Path | None = None
    turn_hours: float = Field(default=6.0, gt=0, le=48)
    max_cameras: int = Field(default=4, ge=1, le=16)
    max_monitors: int = Field(default=16, ge=1, le=64)
    camera_bitrate_kbps: int = Field(default=2500, ge=300, le=20000)
    stall_s: float = Field(default=1.0, gt=0, le=30)
    take_wait_ms: int = Field(default=500, ge=0, le=5000)
    clip_most_s: float = Field(default=900.0, gt=0, le=7200)
    clip_most_mib: int = Field(default=1024, ge=1, le=16384)


class Playout(Section):
    delay_s: float = Field(default=30.0, ge=0, le=120)
    hls_segment_s: float = Field(default=1.0, ge=0.5, le=10)
    hls_window: int = Field(default=12, ge=3, le=100)
    grace_s: float = Field(default=3.0, ge=0, le=120)
    retry_first_s: float = Field(default=1.0, gt=0)
    retry_most_s: float = Field(default=30.0, gt=0)
    tries_most: int = Field(default=0, ge=0, le=1000)
    resume_s: float = Field(default=0.0, ge=0, le=3600)
    spare_after: int = Field(default=3, ge=0, le=100)
    wedged_s: float = Field(default=12.0, gt=0)
    allow_internal_outputs: bool = False


class Encode(Section):
    width: int = Field(default=1280, ge=320, le=3840, multiple_of=2)
    height: int = Field(default=720, ge=180, le=3840, multiple_of=2)
    fps: int = Field(default=30, ge=10, le=60)
    video_kbps: int = Field(default=2500, ge=200, le=20000)
    preset: str = "veryfast"
    keyframe_s: float = Field(default=2.0, gt=0, le=10)
    audio_kbps: int = Field(default=128, ge=32, le=320)


class Overlay(Section):
    theme: Path | None = None
    face_model: Path | None = None
    place_level: Literal["none", "district", "site"] = "site"


class Chat(Section):
    room_mode: Literal["off", "risky", "all"] = "all"
    message_chars: int = Field(default=200, ge=1, le=2000)
    slow_mode_s: float = Field(default=2.0, ge=0, le=600)
    queue_most: int = Field(default=2000, ge=10)


class Tips(Section):
    url: str = ""
    url_file: Path | None = None
    most_files: int = Field(default=6, ge=0, le=50)
    most_file_mib: int = Field(default=10, ge=1, le=200)
    receipt_words: int = Field(default=9, ge=8, le=16)
    answer_days: int = Field(default=15, ge=1)


class Evidence(Section):
    checkpoint_every_s: float = Field(default=60.0, gt=0)


class Auth(Section):
    session_hours: float = Field(default=12.0, gt=0)
    join_code_minutes: float = Field(default=10.0, gt=0)
    login_tries: int = Field(default=8, ge=1)
    login_window_s: float = Field(default=300.0, gt=0)
    secret: SecretStr | None = None
    secret_file: Path | None = None


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class Demo(Section):
    speed: float = Field(default=1.0, gt=0, le=20)
    loop: bool = True
    phones: int = Field(default=2, ge=1, le=4)
    receiver_ports: tuple[Port, ...] = (19351, 19352, 19353, 19354)


class Settings(BaseSettings):
    """All of them. `DAYLIGHT__SECTION__KEY` in the environment overrides the file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="DAYLIGHT__", env_nested_delimiter="__")

    server: Server = Server()
    store: Store = Store()
    bus: Bus = Bus()
    studio: Studio = Studio()
    playout: Playout = Playout()
    encode: Encode = Encode()
    overlay: Overlay = Overlay()
    chat: Chat = Chat()
    tips: Tips = Tips()
    evidence: Evidence = Evidence()
    auth: Auth = Auth()
    log: Log = Log()
    demo: Demo = Demo()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what the file said."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
