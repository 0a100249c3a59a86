FROM node:22-bookworm-slim AS pages
WORKDIR /src/widget/ui
COPY widget/ui/package.json widget/ui/package-lock.json widget/ui/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY graph/schema /src/graph/schema
COPY widget/ui ./
RUN npm run build

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=pages /src/widget/dist ./widget/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /sidelight . && mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /sidelight /sidelight
COPY --from=build --chown=nonroot:nonroot /data /data
ENV SIDELIGHT_LISTEN=0.0.0.0:8080 SIDELIGHT_DATA=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/sidelight"]
CMD ["serve"]
