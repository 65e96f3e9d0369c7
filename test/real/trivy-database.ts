import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { go } from './go-peer.ts';
import type { Advisory } from './scanned-release.ts';

/**
 * A database of trivy (schema 2) for Debian 12 in a cache folder, with these advisories only: a bolt file that a few lines
 * of Go write, because nothing in JavaScript does.
 */
export async function makeTrivyDatabase(
  cache: string,
  given: { readonly work: string; readonly advisories: readonly Advisory[]; readonly updatedAt: Date },
): Promise<void> {
  const folder = join(cache, 'db');
  await mkdir(folder, { recursive: true });
  await writeMetadata(cache, given.updatedAt);
  await writeFile(join(given.work, 'go.mod'), 'module database\n\ngo 1.26\n');
  await writeFile(join(given.work, 'main.go'), program);
  // As trivy counts them.
  const levels = { low: 1, critical: 4 };
  const advisories = given.advisories.map((one) => ({ ...one, severity: levels[one.severity] }));
  await writeFile(join(given.work, 'advisories.json'), JSON.stringify(advisories));
  await go(['get', 'go.etcd.io/bbolt@v1.4.3'], given.work);
  await go(['run', '.', join(folder, 'trivy.db'), join(given.work, 'advisories.json')], given.work);
}

/** Says how old the database is. */
async function writeMetadata(cache: string, updatedAt: Date): Promise<void> {
  const day = 24 * 3600 * 1000;
  const next = new Date(updatedAt.getTime() + day);
  const metadata = { Version: 2, UpdatedAt: updatedAt, NextUpdate: next, DownloadedAt: new Date() };
  await writeFile(join(cache, 'db', 'metadata.json'), JSON.stringify(metadata));
}

const program = `package main

import (
	"encoding/json"
	"os"

	"go.etcd.io/bbolt"
)

type advisory struct {
	ID       string \`json:"id"\`
	Package  string \`json:"package"\`
	FixedIn  string \`json:"fixedIn"\`
	Severity int    \`json:"severity"\`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func put(bucket *bbolt.Bucket, key string, value any) {
	text, err := json.Marshal(value)
	must(err)
	must(bucket.Put([]byte(key), text))
}

func below(parent interface {
	CreateBucketIfNotExists([]byte) (*bbolt.Bucket, error)
}, name string) *bbolt.Bucket {
	bucket, err := parent.CreateBucketIfNotExists([]byte(name))
	must(err)
	return bucket
}

func main() {
	text, err := os.ReadFile(os.Args[2])
	must(err)
	var advisories []advisory
	must(json.Unmarshal(text, &advisories))
	db, err := bbolt.Open(os.Args[1], 0o600, nil)
	must(err)
	must(db.Update(func(tx *bbolt.Tx) error {
		source := map[string]string{"ID": "debian", "Name": "Debian Security Tracker", "URL": "https://example.org"}
		put(below(tx, "data-source"), "debian 12", source)
		for _, one := range advisories {
			put(below(below(tx, "debian 12"), one.Package), one.ID, map[string]string{"FixedVersion": one.FixedIn})
			detail := map[string]any{"Title": one.ID, "VendorSeverity": map[string]int{"nvd": one.Severity, "debian": one.Severity}}
			put(below(tx, "vulnerability"), one.ID, detail)
		}
		return nil
	}))
	must(db.Close())
}
`;
