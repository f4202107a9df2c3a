FROM python:3.13.12-slim-trixie AS build
WORKDIR /src
RUN python -m venv /opt/baton
COPY pyproject.toml constraints.txt README.md LICENSE worker.py starter.py ./
COPY baton baton
COPY workflows workflows
COPY activities activities
COPY gateway gateway
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/baton/bin/pip install --disable-pip-version-check --constraint constraints.txt ".[llm,observe,toolchain]"

FROM python:3.13.12-slim-trixie
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin baton \
    && install --directory --owner=baton --group=baton /var/lib/baton
COPY --from=build /opt/baton /opt/baton
WORKDIR /app
COPY worker.py starter.py ./
ENV PATH=/opt/baton/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BATON_HOME=/var/lib/baton
USER baton
VOLUME /var/lib/baton
HEALTHCHECK --interval=60s --timeout=30s --start-period=30s --retries=3 CMD ["python", "starter.py", "doctor"]
CMD ["python", "worker.py", "--all"]
