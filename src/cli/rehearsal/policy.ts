import type { SigningKey } from './signing-key.ts';

/** The example's policy with the keys of this rehearsal in it. */
export function rehearsalPolicy(key: SigningKey): string {
  const maintainer =
    key.kind === 'openpgp'
      ? `    - name: Mara\n      openpgp:\n        fingerprint: ${key.fingerprint}\n        keyFile: .cutwater/keys/mara.asc`
      : `    - name: Mara\n      ssh: ${key.publicKey}`;
  return `# The whole release process of this project. Everything not said here is the default.
project: harbor
source: https://git.example/harbor

signatures:
  formats: [${key.kind}]

trust:
  maintainers:
${maintainer}
  ci:
    - name: ci
      keyFile: .cutwater/keys/ci.pub

images:
  - repository: embedded/harbor
    platforms: [linux/amd64, linux/arm64]
    build:
      assemble:
        base: scratch
        prepare:
          - [node, build.mjs]
        files:
          - from: build/harbor-{arch}
            to: /usr/local/bin/harbor
            mode: "0755"
        entrypoint: [/usr/local/bin/harbor]
        user: "65532:65532"
        ports: [8080/tcp]

binaries:
  - name: harbor-{machine}-linux
    path: /usr/local/bin/harbor
    static: true

# The version stands here; prepare sets it.
versionFiles: [version.txt]

gates:
  - name: smoke
    on: candidate
    command: [node, smoke.mjs, "{image}"]
    timeout: 1m

# What a person has to see before a stable release.
evidence:
  - name: staging

announce:
  - name: news
    kind: file
`;
}
