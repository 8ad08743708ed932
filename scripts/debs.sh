#!/bin/bash
# The real parts that tests use, from Debian. In: nothing. Out: nginx with RTMP, ffmpeg, Chromium, tesseract, PostgreSQL,
# NATS and coturn are there. Installs only what is missing, says so, and needs root or sudo for that alone.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
missing=()
need() { # need PACKAGE PATH-OR-COMMAND…: any one of them present will do
  local package=$1 sign; shift
  for sign in "$@"; do
    case $sign in
      /*) compgen -G "$sign" >/dev/null && return 0 ;;
      *) command -v "$sign" >/dev/null && return 0 ;;
    esac
  done
  missing+=("$package")
}
need nginx-light nginx
need libnginx-mod-rtmp '/usr/lib/nginx/modules/ngx_rtmp_module.so'
need ffmpeg ffprobe
need chromium chromium
need tesseract-ocr tesseract
need tesseract-ocr-chi-sim '/usr/share/tesseract-ocr/*/tessdata/chi_sim.traineddata'
# The graphics' golden images are shaped with it.
need libfribidi0 '/usr/lib/*/libfribidi.so.0'
need postgresql '/usr/lib/postgresql/*/bin/initdb'
need nats-server nats-server
need coturn turnserver
[ ${#missing[@]} -eq 0 ] && exit 0

echo "tests need Debian packages that are missing: ${missing[*]}"
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Install them as root: apt-get install ${missing[*]}" >&2; exit 2; }
  root=(sudo)
fi
echo "installing them with apt-get"
"${root[@]}" apt-get update -qq
# Their services stay off: tests run their own, on their own ports.
printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee /usr/sbin/policy-rc.d.daylight >/dev/null
"${root[@]}" chmod +x /usr/sbin/policy-rc.d.daylight
made_policy=no
if [ ! -e /usr/sbin/policy-rc.d ]; then "${root[@]}" mv /usr/sbin/policy-rc.d.daylight /usr/sbin/policy-rc.d; made_policy=yes
else "${root[@]}" rm /usr/sbin/policy-rc.d.daylight; fi
trap '[ $made_policy = no ] || "${root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
