# Keepwell for a server. The database is a container of its own (compose.yaml); keys and data are volumes.

FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY pyproject.toml requirements.lock requirements-run.lock README.md LICENSE NOTICE ./
COPY bin/setup bin/build bin/
COPY src src
COPY config config
COPY frontend frontend
RUN bin/setup && bin/build && .venv/bin/uv build --wheel --out-dir /wheels \
    && cp "$(readlink -f .venv/bin/uv)" /usr/local/bin/uv \
    && uv venv /opt/keepwell \
    && uv pip sync --python /opt/keepwell/bin/python --require-hashes requirements-run.lock \
    && uv pip install --python /opt/keepwell/bin/python --no-deps /wheels/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin keepwell \
    && install -d -o keepwell -g keepwell -m 0700 /data /keys
COPY --from=build /opt/keepwell /opt/keepwell
ENV PATH=/opt/keepwell/bin:$PATH PYTHONDONTWRITEBYTECODE=1 KEEPWELL_HOME=/data KEEPWELL_KEYS=/keys
USER keepwell
WORKDIR /data
VOLUME ["/data", "/keys"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["keepwell", "ping"]
ENTRYPOINT ["keepwell"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
