# glibc is required: the Temporal SDK has no musl build, so no Alpine image.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No dependency of the build needs a script of its own to run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY emulator emulator
COPY src src
RUN node scripts/ready.js \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && node scripts/prune-image.js

FROM node:20.20.2-bookworm-slim
# The SDK's TLS needs the system's root certificates, which the slim image lacks. Their newest version is wanted.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && ln -s /app/bin/provisioning.js /usr/local/bin/provisioning
# NODE_OPTIONS=--max-old-space-size belongs beside the memory limit of the container: 75 to 80 % of it, in MiB.
ENV NODE_ENV=production \
  PROVISIONING_HTTP_ADDRESS=0.0.0.0:9464 \
  PROVISIONING_ITEMS_FOLDER=/var/lib/provisioning/items
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A new volume takes the owner of the folder that it is mounted on. The base image has user 1000 as "node".
RUN install -d -o 1000 -g 1000 /var/lib/provisioning/items
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="provisioning-worker" \
  org.opencontainers.image.description="Follows user synchronization tasks of Tencent Cloud Identity Center in Temporal workflows" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
# A number, not a name: Kubernetes cannot tell of a name that it is not root.
USER 1000:1000
EXPOSE 9464
# An outage of Temporal or of the cloud does not make it unhealthy: the worker goes on by itself when it is over.
HEALTHCHECK --interval=30s --timeout=10s --start-period=90s --retries=3 \
  CMD ["node", "bin/provisioning.js", "health", "--live"]
# Not "npm start": npm does not pass SIGTERM on, so the worker could not drain.
CMD ["node", "dist/src/worker.js"]
