/** From the facts of packages to lists, and to what pip understands. Pure. */
import { Package } from '../../../src/protocol/capture';

export interface NamedPackage extends Pick<Package, 'version' | 'imported' | 'origin'> {
  readonly name: string;
}

/** By name; what is not of the form is left out. */
export function collectPackages(facts: Readonly<Record<string, unknown>>): NamedPackage[] {
  return Object.entries(facts)
    .flatMap(([name, value]) => {
      const parsed = Package.safeParse(value);
      if (!parsed.success) return [];
      const { version, imported, origin } = parsed.data;
      return [{ name, version, imported, origin }];
    })
    .sort((left, right) => left.name.localeCompare(right.name, 'en'));
}

export function filterPackages(packages: readonly NamedPackage[], filter: string): readonly NamedPackage[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return packages;
  return packages.filter(({ name, version, origin }) => {
    const text = `${name} ${version} ${origin ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** A requirement for each package. Where one came from elsewhere than the index, that is what pip is told. */
export function requirementsOf(packages: readonly NamedPackage[]): string {
  return packages.map((one) => `${requirement(one)}\n`).join('');
}

function requirement({ name, version, origin }: NamedPackage): string {
  if (origin === null || origin === '') return version === '' ? name : `${name}==${version}`;
  const editable = /^editable (.+)$/.exec(origin)?.[1];
  if (editable !== undefined) return `-e ${editable}`;
  if (/^[a-z][a-z+.-]*:\/\//i.test(origin)) return `${name} @ ${origin}`;
  return `# ${name} ${version} came from ${origin}`;
}
