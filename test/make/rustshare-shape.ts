import { sourcesAt } from './rustshare-files.ts';

/**
 * A repository as RustShare's is on the day it adopts Cutwater: besides the sources its compose files, two Dockerfiles,
 * workflows that people wrote and that publish, and the release process as a page.
 */
export function shapeAt(version: string): Readonly<Record<string, string>> {
  return {
    ...sourcesAt(version),
    '.gitignore': 'target/\nnode_modules/\n*.env\n',
    'README.md': '# RustShare\n\nFiles and folders that a team shares, on a machine of its own.\n',
    'docker/chat-observer.Dockerfile': observerDockerfile,
    'docker/chat-observer/package.json': json({ name: 'chat-observer', version: '0.0.0', private: true }),
    'docker-compose.yml': compose,
    'docker-compose.restore-drill.yml': restoreCompose,
    'docs/release-process.md': releaseProcess,
    '.github/workflows/ci.yml': ci,
    '.github/workflows/frontend-ci.yml': frontendCi,
    '.github/workflows/integration-tests.yml': integrationTests,
    '.github/workflows/release.yml': release,
    '.github/workflows/pilot-release.yml': pilotRelease,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const observerDockerfile = `FROM node:22-alpine
WORKDIR /app
COPY docker/chat-observer/ ./
CMD ["node", "index.js"]
`;

const compose = `services:
  postgres:
    image: pgvector/pgvector:pg16
    environment:
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:?set it}
  backend:
    image: ghcr.io/kubedoio/rustshare-backend:\${RUSTSHARE_VERSION:-latest}
    build:
      context: .
      dockerfile: docker/backend.Dockerfile
    depends_on: [postgres]
    ports: ['8080:8080']
  chat-observer:
    profiles: [chat]
    build:
      context: .
      dockerfile: docker/chat-observer.Dockerfile
`;

const restoreCompose = `services:
  restore-postgres:
    image: pgvector/pgvector:pg16
  restore-backend:
    build:
      context: .
      dockerfile: docker/backend.Dockerfile
`;

const releaseProcess = `# Release process

How the maintainers cut, publish and manage releases of RustShare.

## Before a stable tag

1. Move what is unreleased in CHANGELOG.md to a section of the version.
2. Add notes to docs/upgrading.md.
3. Run \`cargo test --workspace\`, the tests of the frontend, and \`./scripts/final-launch-smoke.sh\`.
4. Make the tag: \`git tag -s vX.Y.Z -m "Release vX.Y.Z"\`.

A hotfix in a critical path also needs \`./scripts/run-restore-drill.sh\` against a backup.
`;

const ci = `name: CI
on:
  pull_request:
    branches: [main]
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  backend:
    name: Rust tests
    runs-on: ubuntu-latest
    services:
      postgres:
        image: pgvector/pgvector:pg16
    steps:
      - uses: actions/checkout@v4
      - run: cargo test --workspace --locked
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cargo clippy --workspace -- -D warnings
`;

const frontendCi = `name: Frontend CI
on:
  pull_request:
    paths: ['frontend/**', '.github/workflows/frontend-ci.yml']
  push:
    branches: [main]
    paths:
      - 'frontend/**'
      - '.github/workflows/frontend-ci.yml'
jobs:
  test:
    name: Frontend tests
    runs-on: ubuntu-latest
    defaults:
      run:
        working-directory: frontend
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npm run test
`;

const integrationTests = `name: Integration Tests
on:
  pull_request:
    paths: ['crates/**', 'migrations/**']
  workflow_dispatch:
jobs:
  integration:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        postgres: ['15', '16']
    steps:
      - uses: actions/checkout@v4
      - run: ./scripts/integration.sh
`;

const release = `name: Release
on:
  push:
    tags: ['v[0-9]+.[0-9]+.[0-9]+']
  workflow_dispatch:
    inputs:
      version:
        required: true
env:
  REGISTRY: ghcr.io
  IMAGE_NAME: kubedoio/rustshare-backend
jobs:
  publish-image:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      packages: write
    steps:
      - uses: actions/checkout@v4
      - uses: docker/setup-qemu-action@v3
      - uses: docker/setup-buildx-action@v3
      - uses: docker/metadata-action@v5
        id: meta
        with:
          images: \${{ env.REGISTRY }}/\${{ env.IMAGE_NAME }}
          tags: |
            type=semver,pattern={{version}}
            type=raw,value=latest
      - uses: docker/build-push-action@v6
        with:
          context: .
          file: docker/backend.Dockerfile
          platforms: linux/amd64,linux/arm64
          push: true
          tags: \${{ steps.meta.outputs.tags }}
  build-binaries:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        target: [x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu]
    steps:
      - uses: actions/checkout@v4
      - run: cargo build --release --locked --target \${{ matrix.target }}
  create-release:
    needs: [publish-image, build-binaries]
    runs-on: ubuntu-latest
    permissions:
      contents: write
    steps:
      - uses: softprops/action-gh-release@v2
        with:
          generate_release_notes: true
`;

const pilotRelease = `name: Pilot release
on:
  push:
    branches: [main]
env:
  IMAGE: ghcr.io/kubedoio/rustshare-backend
jobs:
  publish:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      packages: write
    steps:
      - uses: actions/checkout@v4
      - run: docker build -f docker/backend.Dockerfile -t "$IMAGE:edge" -t "$IMAGE:sha-$GITHUB_SHA" .
      - run: docker push --all-tags "$IMAGE"
`;
