# One image, both programs: `opinion-search build …` and `opinion-search serve`, with the default model and an index
# of the sample inside. A new volume on /index starts as a copy of that index.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS install
# requirements-cluster.lock has what a search engine and a build cluster need besides.
ARG LOCK=requirements.lock
WORKDIR /app
COPY ${LOCK} ./requirements.lock
# Of OpenVINO only the processor's plugin and the reader of its own models are used; `tests` is another package's mistake.
RUN python -m venv --without-pip /venv \
 && python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes \
      --only-binary :all: -r requirements.lock \
 && rm -rf /venv/lib/python3*/site-packages/tests \
 && rm -f /venv/lib/python3*/site-packages/openvino/libs/cache.json \
      /venv/lib/python3*/site-packages/openvino/libs/libopenvino_*[gn]pu_plugin.so \
      /venv/lib/python3*/site-packages/openvino/libs/libopenvino_gguf_frontend.so* \
      /venv/lib/python3*/site-packages/openvino/libs/libopenvino_jax_frontend.so* \
      /venv/lib/python3*/site-packages/openvino/libs/libopenvino_onnx_frontend.so* \
      /venv/lib/python3*/site-packages/openvino/libs/libopenvino_paddle_frontend.so* \
      /venv/lib/python3*/site-packages/openvino/libs/libopenvino_pytorch_frontend.so* \
      /venv/lib/python3*/site-packages/openvino/libs/libopenvino_tensorflow*_frontend.so*
# What makes a wheel of this program is locked too, and stays out of the environment.
COPY requirements-build.lock ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: --target /build \
      -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY models models
COPY indexer indexer
COPY service service
RUN PYTHONPATH=/build python -m pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --no-deps \
      --no-build-isolation .

FROM install AS sample
COPY data/sample /sample
RUN /venv/bin/opinion-search build /sample --index /index \
 && /venv/bin/opinion-search verify --index /index \
 && rm -r /index/cache

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="opinion-search" \
      org.opencontainers.image.description="Semantic search over the text of court opinions"
RUN useradd --system --uid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin search \
 && install --directory --owner=10001 --group=10001 /keys /scratch
COPY THIRD-PARTY-LICENSES.md /usr/share/doc/opinion-search/
COPY --from=install /venv /venv
COPY --from=sample --chown=10001:10001 /index /index
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OPINION_SEARCH_INDEX=/index \
    OPINION_SEARCH_HOST=0.0.0.0
USER 10001:10001
VOLUME /index
EXPOSE 8000
# Not urllib, which would ask a proxy: the engine hands the machine's proxies to its containers.
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import http.client, os, sys; given = os.environ.get; host = given('OPINION_SEARCH_HOST') or '0.0.0.0'; asked = http.client.HTTPConnection({'0.0.0.0': '127.0.0.1', '::': '::1'}.get(host, host), int(given('OPINION_SEARCH_PORT') or 8000), timeout=4); asked.request('GET', '/readyz'); sys.exit(asked.getresponse().status != 200)"]
ENTRYPOINT ["opinion-search"]
CMD ["serve"]
