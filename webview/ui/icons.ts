/** The codicons in use, by the names that VS Code gives them. A test holds them to the font. */
export const ICONS = {
  'arrow-down': '\uea9a',
  'chevron-right': '\ueab6',
  'circle-slash': '\ueabd',
  clock: '\uea82',
  copy: '\uebcc',
  'debug-stop': '\uead7',
  error: '\uea87',
  file: '\uea7b',
  'file-media': '\ueaea',
  folder: '\uea83',
  'graph-line': '\uebe2',
  info: '\uea74',
  'link-external': '\ueb14',
  loading: '\ueb19',
  package: '\ueb29',
  pass: '\ueba4',
  refresh: '\ueb37',
  search: '\uea6d',
  table: '\uebb7',
  terminal: '\uea85',
  warning: '\uea6c',
  'zoom-out': '\ueb82',
} as const;

export type IconName = keyof typeof ICONS;
