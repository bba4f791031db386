const IDENTIFIER = '[A-Za-z][A-Za-z0-9-]*';
const PACKAGE = '(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*';

/** What the options of passes are called. */
export const OPTION_NAME = new RegExp(`^${IDENTIFIER}$`);

const PASS_ID = OPTION_NAME;
const PACKAGE_NAME = new RegExp(`^${PACKAGE}$`);
const QUALIFIED = new RegExp(`^(${PACKAGE}):(${IDENTIFIER})$`);

/** Whether a pipeline may name a pass so: `cleanup`, or `@acme/passes:fuse` for a pass of a package. */
export function isPassName(name: string): boolean {
  return PASS_ID.test(name) || QUALIFIED.test(name);
}

/** Whether something is the name of an npm package. Paths, addresses and parts of packages are none. */
export function isPackageName(name: string): boolean {
  return name.length <= 214 && PACKAGE_NAME.test(name);
}

/** The package that a name such as `@acme/passes:fuse` asks for; undefined for a plain one. */
export function packageOf(name: string): string | undefined {
  return QUALIFIED.exec(name)?.[1];
}
