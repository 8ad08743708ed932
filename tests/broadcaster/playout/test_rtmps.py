"""RTMPS: the platform's certificate is verified, against a real TLS end in front of a real RTMP server."""

import asyncio
import contextlib
import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.broadcaster.playout.conftest import running, settings_for
from tests.platforms import judge


def certificate(folder: Path, name: str, host: str) -> tuple[Path, Path]:
    """A self-signed certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


async def tls_front(files: tuple[Path, Path], port: int) -> asyncio.Server:
    """Ends TLS before the platform at `port`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, back_writer), copy(back_reader, writer))

    return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


async def test_only_a_trusted_certificate_gets_the_programme(var, platforms, tmp_path, monkeypatch):
    (platform,) = platforms(1)
    trusted = certificate(tmp_path, "trusted", "localhost")
    stranger = certificate(tmp_path, "stranger", "localhost")
    misnamed = certificate(tmp_path, "misnamed", "other.example")
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(trusted[0].read_bytes() + misnamed[0].read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    fronts = {
        name: await tls_front(files, platform.port)
        for name, files in (("trusted", trusted), ("stranger", stranger), ("misnamed", misnamed))
    }
    async with running(settings_for(var)) as rig:
        ear = rig.ear
        rig.studio.start()
        await ear.outputs({name: f"rtmps://localhost:{port_of(front)}/live/{name}" for name, front in fronts.items()})
        await ear.air("e1", 0.0)
        for name in ("stranger", "misnamed"):
            await ear.until(lambda name=name: ear.output(name).reason == "certificate")
        await ear.until(lambda: ear.output("trusted").state == "live" and ear.output("trusted").acked_bytes > 100_000)
        await ear.air("")
        await ear.until(lambda: ear.status.episode_id == "")
    for front in fronts.values():
        front.close()
    assert not platform.received("stranger")
    assert not platform.received("misnamed")
    assert judge(platform.received("trusted")[0]).codecs == ("aac", "h264")
