import type { Policy } from '../../policy/policy.ts';
import { cosignOptions } from '../documents/signer-options.ts';
import type { Block, Chapter } from './document.ts';
import { commands, list, say } from './document.ts';
import { code, prose } from './inline.ts';
import { withoutTls } from './project-names.ts';
import { sh } from './shell.ts';

/** Rechecking a release from outside, all at once or piece by piece. */
export function verification(policy: Policy): Chapter {
  return {
    title: 'Verifying a release',
    blocks: [
      say(
        prose`Everything a release consists of is named in one signed statement. The first command downloads all of it
          again and compares, as a stranger would who has nothing but the public keys:`,
      ),
      commands('do', sh`cutwater verify "$VERSION"`),
      say(prose`Piece by piece, in the folder of the downloaded files of the release:`),
      ...byHand(policy),
    ],
    steps: [],
  };
}

/** Each part of a release with the usual tool for it. */
function byHand(policy: Policy): readonly Block[] {
  const tls = withoutTls(policy);
  const [ci] = policy.trust.ci;
  const cosign = ci && cosignOptions(ci, 'repository');
  return [
    list(
      prose`The tag is signed by a maintainer (${code('git verify-tag')}), and the image has one digest under all its
        names and every platform (${code('skopeo')}).`,
      ...(cosign === undefined
        ? []
        : [
            prose`The files are those that CI signed, and the image carries its SBOM and its provenance
              (${code('cosign')} 3.0.4 or later, ${code('oras')}).`,
          ]),
    ),
    commands(
      'look',
      sh`git verify-tag "v$VERSION"`,
      sh`skopeo inspect${tls} --raw "docker://$IMAGE:$VERSION"`,
      sh`for tag in "$VERSION" "\${VERSION%.*}" "\${VERSION%%.*}" latest; do`,
      sh`  skopeo inspect${tls} --format "$tag {{.Digest}}" "docker://$IMAGE:$tag"`,
      sh`done`,
      sh`sha256sum --check --ignore-missing SHA256SUMS`,
      ...(cosign === undefined
        ? []
        : [
            sh`cosign verify-blob ${cosign} --bundle SHA256SUMS.sigstore.json SHA256SUMS`,
            sh`cosign verify-attestation ${cosign} --type slsaprovenance1 "$IMAGE:$VERSION"`,
            sh`oras discover "$IMAGE:$VERSION"`,
          ]),
    ),
  ];
}
