"""The files of the door's page, which its service worker keeps for when there is no network."""

from __future__ import annotations

import hashlib
import json

from django.templatetags.static import static

SCRIPTS = [f"door/{name}.js" for name in ("signatures", "store", "list", "queue", "sound", "camera", "answer", "door")]
"""The scripts of the page, in their order."""

FILES = {
    "reader": "door/reader.js",
    "jsqr": "vendor/jsqr-1.4.0/jsQR.js",
    "ed25519": "vendor/noble-ed25519-3.2.0/index.js",
    "icons": "vendor/bootstrap-icons-1.13.2/sprite.svg",
}
"""What the scripts fetch when they need it."""

LOOKS = [
    "door/door.css",
    "marquee/fonts.css",
    "marquee/icon.svg",
    "vendor/bricolage-grotesque-5.3.0/bricolage-grotesque-latin-wdth-normal.woff2",
    "vendor/instrument-sans-5.3.0/instrument-sans-latin-wght-normal.woff2",
]


def worker_source() -> str:
    """Write the service worker: which files it keeps, by a name that changes with them, and how."""
    files = [static(path) for path in (*SCRIPTS, *FILES.values(), *LOOKS)]
    version = hashlib.sha256("\n".join(files).encode()).hexdigest()[:16]
    return (
        f"self.FILES = {json.dumps(files)};\nself.VERSION = {json.dumps(version)};\n"
        f"importScripts({json.dumps(static('door/worker.js'))});\n"
    )
