"""The settings of the tests: those of a fresh clone, on the database that TEST_DATABASE_URL names.

pytest-django reads the settings before any conftest.py, so this is the place to seal the environment.
"""

import os
import re
from pathlib import Path

# Nothing of the developer's or the operator's own environment reaches the tests.
source = Path(__file__).parents[1].joinpath("settings.py").read_text(encoding="utf-8")
for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source):
    if name != "VAR_DIR":
        os.environ.pop(name, None)
if url := os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = url

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
WHITENOISE_AUTOREFRESH = True  # nobody collects static files for a test

if "postgresql" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    # A test's database needs not outlive a power cut; what others see of a commit, and when, is the same.
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c synchronous_commit=off")  # noqa: F405
