# One image for every role: `docker run IMAGE up --only web,relay` with DATABASE_URL, KAFKA_BROKERS and CLICKHOUSE_URL, or everything
# embedded in one container with a volume on /data (the Java runtime is there for the embedded Kafka).
FROM node:20-bookworm AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends build-essential libssl-dev zlib1g-dev python3 openjdk-17-jre-headless maven \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
# npm packages (node-rdkafka is compiled), Kafka's jars, the bundle and the web app.
ENV HUB_CACHE=/app/.cache CI=true
RUN node platform/local/setup/setup.mjs && npm prune --omit=dev

FROM node:20-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends openjdk-17-jre-headless libssl3 zlib1g tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
COPY --from=build --chown=root:root /app/.cache ./.cache
COPY --from=build --chown=root:root /app/bin ./bin
COPY --from=build --chown=root:root /app/platform ./platform
COPY --from=build --chown=root:root /app/models ./models
COPY --from=build --chown=root:root /app/dashboards ./dashboards
RUN mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production HUB_CACHE=/app/.cache HUB_HOME=/data HUB_HOST=0.0.0.0 HUB_BUNDLE=/app/dist/current
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=60s CMD node -e "fetch('http://127.0.0.1:'+(process.env.HUB_PORT||8080)+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"
ENTRYPOINT ["tini", "--", "node", "--enable-source-maps", "dist/current/hub.js"]
CMD ["up"]
