#!/usr/bin/env bash
# Makes docs/report-desktop.png and docs/report-phone.png: the report on CDNOW, as a browser shows it.
# LTV names the program, otherwise it is built; Chromium, Node and npm must be there (CHROMIUM names another browser).
set -euo pipefail
cd "$(dirname "$0")/.."
ltv="${LTV:-}"
if [ -z "$ltv" ]; then
  cargo build --locked --release
  ltv=target/release/ltv
fi
out="$(mktemp -d)"
trap 'rm -rf "$out"' EXIT
"$ltv" -q report data/cdnow.csv --title "CDNOW, a shop for music" -o "$out/report.html"
(cd tests/browser && npm ci --silent --no-audit --no-fund && node pictures.mjs "$out/report.html" ../../docs)
