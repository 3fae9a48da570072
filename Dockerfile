# Two stages: what is needed to build stays behind, and the service runs without root. All state is in /data.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/zhongcao
COPY requirements.lock ./
RUN /opt/zhongcao/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY recommender recommender
COPY crawler crawler
COPY api api
RUN /opt/zhongcao/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin zhongcao && install -d -o zhongcao -g zhongcao /data
COPY --from=build /opt/zhongcao /opt/zhongcao
ENV PATH=/opt/zhongcao/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ZHONGCAO_HOME=/data \
    ZHONGCAO_HOST=0.0.0.0 \
    ZHONGCAO_PUBLIC_URL=http://127.0.0.1:8000
USER zhongcao
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["zhongcao", "run"]
