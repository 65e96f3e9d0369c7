import packageJson from '../../package.json' with { type: 'json' };

/** The version of the program, from the package's own manifest. */
export const programVersion: string = packageJson.version;
