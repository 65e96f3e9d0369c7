/** The programs that list what is in an image, as they are built here. */
export const syftProgram = {
  name: 'syft',
  target: 'github.com/anchore/syft/cmd/syft',
  version: 'v1.57.1',
} as const;

export const trivyProgram = {
  name: 'trivy',
  target: 'github.com/aquasecurity/trivy/cmd/trivy',
  version: 'v0.74.0',
  env: { GOEXPERIMENT: 'jsonv2' },
} as const;
