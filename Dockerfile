# Marquee's web server; the same image runs the worker and the management commands (see compose.yaml).
FROM python:3.13-slim AS environment
COPY requirements.txt /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement /requirements.txt

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /var/lib/marquee --create-home --shell /usr/sbin/nologin marquee
COPY --from=environment /venv /venv
WORKDIR /app
COPY . .

# STATIC_ROOT lies in the image, VAR_DIR (database file, uploads, demo mail) in a volume.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DEBUG=off \
    STATIC_ROOT=/app/collected \
    VAR_DIR=/var/lib/marquee \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_INTERFACE=wsgi \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true

# Collecting static files reads the settings, which want a key and a host: any will do, nothing of them stays.
RUN DEMO=on VAR_DIR=/tmp/var ALLOWED_HOSTS=build SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex(32))')" \
    python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf /tmp/var && python -m compileall -q .

USER marquee
VOLUME /var/lib/marquee
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["python", "-m", "config.healthcheck"]
CMD ["granian", "config.wsgi:application"]
