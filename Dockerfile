# One image for both applications; docker-compose.yml says which of them a container runs.

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY apps/gateway/package.json apps/gateway/
COPY apps/worker/package.json apps/worker/
COPY apps/cli/package.json apps/cli/
COPY libs/shared/package.json libs/shared/
# Not `npm ci`, which insists on optional binaries of other platforms; the lock file is honoured either way.
RUN npm install --omit=dev --no-save --ignore-scripts --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app ./
COPY apps apps
COPY libs libs
# A volume that is mounted here belongs to the user who may write into it.
RUN mkdir -p /data/files && chown node:node /data/files
USER node
EXPOSE 3000 3001
CMD ["node", "apps/gateway/src/main.ts"]
