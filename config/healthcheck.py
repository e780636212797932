"""Ask the web server beside us for its health: ``python -m config.healthcheck`` succeeds when the site can sell.

The container's HEALTHCHECK runs it. It imports nothing of Django, so that asking often costs little.
"""

import os
import sys
import urllib.request


def main() -> int:
    port = os.environ.get("GRANIAN_PORT", "8000")
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health", headers={"Host": host})
    try:
        urllib.request.urlopen(request, timeout=5).close()
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
