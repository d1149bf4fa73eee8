# One image for both applications; docker-compose.yml says which of them a container runs.

# The dependencies hold no machine code, so one build machine makes them for all kinds.
FROM --platform=$BUILDPLATFORM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY apps/gateway/package.json apps/gateway/
COPY apps/worker/package.json apps/worker/
COPY apps/cli/package.json apps/cli/
COPY libs/shared/package.json libs/shared/
# Not `npm ci`, which insists on optional binaries of other platforms; the lock file is honoured either way.
# `--omit=optional`: those binaries only speed up what runs without them, too.
RUN --mount=type=cache,target=/root/.npm \
    npm install --omit=dev --omit=optional --no-save --ignore-scripts --no-audit --no-fund
# Types and maps are for people who write code.
RUN find node_modules -type f \
      \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete \
 && mkdir -p /data/files

# Node.js and nothing else: no shell, no package manager.
FROM gcr.io/distroless/nodejs24-debian12
ENV NODE_ENV=production HOST=0.0.0.0 PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /app
COPY --from=dependencies /app ./
COPY apps apps
COPY libs libs
# A volume that is mounted here belongs to the user who may write into it.
COPY --from=dependencies --chown=1000:1000 /data/files /data/files
USER 1000:1000
EXPOSE 3000 3001
ENTRYPOINT []
CMD ["node", "apps/gateway/src/main.ts"]
