# One image, no network at start, not root. Build: docker build -t voc .   Run: docker run -p 8000:8000 -v voc-data:/data voc
FROM python:3.11-slim-bookworm

# The address of PyTorch's builds for processors only, as given on PyTorch's own install page; empty: the general build.
ARG VOC_TORCH_INDEX=""

RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 voc \
    && install -d -o voc -g voc /data

WORKDIR /app
COPY pyproject.toml constraints.txt ./
RUN pip install --no-cache-dir ${VOC_TORCH_INDEX:+--index-url "$VOC_TORCH_INDEX"} torch==2.13.0
COPY voc voc
COPY models models
COPY pipelines pipelines
COPY api api
COPY README.md ./
RUN pip install --no-cache-dir -c constraints.txt ".[postgres]"

ENV PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    TRANSFORMERS_OFFLINE=1 \
    VOC_DATA_DIR=/data \
    VOC_SERVER__HOST=0.0.0.0 \
    VOC_SERVER__PORT=8000

USER voc
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["voc", "serve"]
