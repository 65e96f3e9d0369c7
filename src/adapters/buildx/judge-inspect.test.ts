import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { judgeInspect } from './judge-inspect.ts';

// As buildx prints them (commands/inspect.go): the builder, then each of its nodes.
const engine = `Name:          default
Driver:        docker
Last Activity: 2026-11-20 10:00:00 +0000 UTC

Nodes:
Name:             default
Endpoint:         default
Status:           running
BuildKit version: v0.19.0
Platforms:        linux/amd64, linux/amd64/v2, linux/386
Labels:
 org.mobyproject.buildkit.worker.moby.host-gateway-ip: 172.17.0.1
`;

test('the driver docker is a fault without the containerd image store, and none with it', () => {
  match(judgeInspect(engine) ?? '', /driver "docker" without the containerd image store/);
  const containerd = `${engine} org.mobyproject.buildkit.worker.snapshotter:          overlayfs\n`;
  equal(judgeInspect(containerd), undefined);
});

test('another driver is no fault, even of a builder or node that is named docker or is not started yet', () => {
  const container =
    'Name:   docker\nDriver: docker-container\n\nNodes:\nName:     Driver: docker\nStatus:   inactive\n';
  equal(judgeInspect(container), undefined);
  equal(judgeInspect('Name:   rem\nDriver: remote\n'), undefined);
});
