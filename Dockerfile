# glibc is required: the Temporal SDK has no musl build, so no Alpine image.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY emulator emulator
COPY src src
RUN node scripts/ready.js && npm prune --omit=dev --no-audit --no-fund

FROM node:20.20.2-bookworm-slim
# The SDK's TLS needs the system's root certificates, which the slim image lacks. Their newest version is wanted.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# A new volume takes the owner of the folder that it is mounted on.
RUN install -d -o node -g node /var/lib/provisioning/items
# The base image defines the name; its number may change.
# hadolint ignore=DL3066
USER node
# Not "npm start": npm does not pass SIGTERM on, so the worker could not drain.
CMD ["node", "dist/src/worker.js"]
