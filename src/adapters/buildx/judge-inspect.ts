/**
 * Why a builder cannot write OCI layouts, by what `buildx inspect` says of it; undefined where it can. The driver `docker`
 * can only where the engine keeps images in containerd, which it says by a label (buildx, driver/docker/driver.go).
 */
export function judgeInspect(text: string): string | undefined {
  const driver = /^Driver:[ \t]+(\S+)/m.exec(text)?.[1];
  if (driver !== 'docker' || /^\s*org\.mobyproject\.buildkit\.worker\.snapshotter:/m.test(text)) return undefined;
  return 'its builder has the driver "docker" without the containerd image store, which writes no OCI layout; turn that on, or run \'docker buildx create --use\'';
}
