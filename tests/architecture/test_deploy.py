"""The samples in deploy/ are read by the programmes they are for."""

import re
import subprocess
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def test_nginx_takes_the_proxy_sample(tmp_path: Path) -> None:
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    # The certificate is the reader's; everything else is checked as it stands.
    text = re.sub(r"^\s*ssl_certificate.*$", "", text, flags=re.MULTILINE).replace("443 ssl http2", "443")
    text = text.replace("/var/cache/nginx/daylight", f"{tmp_path}/cache")
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log;\nevents {{}}\nhttp {{ access_log off;\n{text}\n}}\n", "utf-8"
    )
    command = ["nginx", "-t", "-e", str(tmp_path / "log"), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_service_knows_our_exit_codes_and_waits_longer_than_we_do() -> None:
    text = (DEPLOY / "daylight.service").read_text("utf-8")
    for line in ("Type=notify", "KillMode=mixed", "RestartPreventExitStatus=2"):
        assert line in text.splitlines()
    supervisor = (DEPLOY.parent / "api" / "supervisor.py").read_text("utf-8")
    graces = sorted(float(found) for found in re.findall(r"grace_s=([0-9.]+)", supervisor))
    stop_s = float(re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[1])  # type: ignore[index]
    assert stop_s > sum(graces[-2:]), "desk and studio together, then playout"
