import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { go } from './go-peer.ts';
import { succeed } from './peers.ts';
import type { Advisory } from './scanned-release.ts';

/**
 * A database of grype (schema 6) for Debian 12 in a cache folder, with these advisories only, written by grype's own package.
 * `work` keeps the program that does it.
 */
export async function makeGrypeDatabase(
  cache: string,
  given: {
    readonly work: string;
    readonly version: string;
    readonly advisories: readonly Advisory[];
    readonly updatedAt: Date;
  },
): Promise<void> {
  const folder = join(cache, '6');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const program = join(given.work, 'make-database');
  if (!(await isThere(program))) await buildWriter(program, given);
  const advisories = join(given.work, 'advisories.json');
  await writeFile(advisories, JSON.stringify(given.advisories));
  const time = given.updatedAt.toISOString().replace('T', ' ').replace(/\..*$/, '+00:00');
  await succeed(runTool({ command: program, args: [folder, advisories, time] }));
}

async function buildWriter(
  to: string,
  { work, version }: { readonly work: string; readonly version: string },
): Promise<void> {
  await writeFile(join(work, 'go.mod'), 'module database\n\ngo 1.26\n');
  await writeFile(join(work, 'main.go'), source);
  await go(['get', `github.com/anchore/grype@${version}`], work);
  await go(['build', '-mod=mod', '-o', to, '.'], work);
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

const source = `package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/afero"

	v6 "github.com/anchore/grype/grype/db/v6"
)

type advisory struct {
	ID       string \`json:"id"\`
	Package  string \`json:"package"\`
	FixedIn  string \`json:"fixedIn"\`
	Severity string \`json:"severity"\`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	folder, updated := os.Args[1], os.Args[3]
	text, err := os.ReadFile(os.Args[2])
	must(err)
	var advisories []advisory
	must(json.Unmarshal(text, &advisories))
	writer, err := v6.NewWriter(v6.Config{DBDirPath: folder, CacheSizeKiB: 1024})
	must(err)
	must(writer.SetDBMetadata())
	now := time.Now().UTC()
	provider := &v6.Provider{ID: "debian", Version: "1", Processor: "test", DateCaptured: &now, InputDigest: "sha256:00"}
	system := &v6.OperatingSystem{Name: "debian", ReleaseID: "debian", MajorVersion: "12", Codename: "bookworm"}
	for _, one := range advisories {
		vulnerability := &v6.VulnerabilityHandle{
			Name: one.ID, Status: v6.VulnerabilityActive, PublishedDate: &now, Provider: provider,
			BlobValue: &v6.VulnerabilityBlob{
				ID:         one.ID,
				Severities: []v6.Severity{{Scheme: v6.SeveritySchemeCHMLN, Value: one.Severity, Rank: 1}},
			},
		}
		must(writer.AddVulnerabilities(vulnerability))
		must(writer.AddAffectedPackages(&v6.AffectedPackageHandle{
			Vulnerability:   vulnerability,
			OperatingSystem: system,
			Package:         &v6.Package{Ecosystem: "deb", Name: one.Package},
			BlobValue: &v6.PackageBlob{
				CVEs: []string{one.ID},
				Ranges: []v6.Range{{
					Version: v6.Version{Type: "dpkg", Constraint: "< " + one.FixedIn},
					Fix:     &v6.Fix{Version: one.FixedIn, State: v6.FixedStatus},
				}},
			},
		}))
	}
	must(writer.Close())
	file := filepath.Join(folder, v6.VulnerabilityDBFileName)
	db, err := sql.Open("sqlite", file)
	must(err)
	_, err = db.Exec("update db_metadata set build_timestamp = ?", updated)
	must(err)
	must(db.Close())
	digest, err := v6.CalculateDBDigest(afero.NewOsFs(), file)
	must(err)
	imported, err := json.Marshal(v6.ImportMetadata{Digest: digest, ClientVersion: "6.1.10"})
	must(err)
	must(os.WriteFile(filepath.Join(folder, v6.ImportMetadataFileName), imported, 0o600))
}
`;
