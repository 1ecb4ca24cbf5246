# One small image, both programs: `opinion-search build …` and `opinion-search serve …`.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS install
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY models models
COPY indexer indexer
COPY service service
RUN /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin search \
 && mkdir -p /index && chown 10001:10001 /index
COPY --from=install /venv /venv
COPY data/sample /sample
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OPINION_SEARCH_INDEX=/index
USER 10001:10001
VOLUME /index
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=180s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["opinion-search", "serve", "--host", "0.0.0.0"]
