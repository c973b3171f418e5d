# Everything that building needs, and what it makes.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json nest-cli.json ./
COPY src ./src
RUN npm run build

# What running needs: no compiler, no tests.
FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:22-slim
WORKDIR /app
# Password hashes keep as many threads busy as there are cores; this leaves others for files and look-ups. It has to be
# set before the process starts.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data \
    UV_THREADPOOL_SIZE=12
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
# docker exec -it <container> gatehouse …
RUN chmod +x dist/cli.js && ln -s /app/dist/cli.js /usr/local/bin/gatehouse
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# By itself, not through npm, which would keep SIGTERM from it.
CMD ["node", "--enable-source-maps", "dist/main.js"]
