/** An entry of a menu, for those who make menus without a browser. */
export interface MenuItem {
  readonly id: string;
  readonly label: string;
  /** For something that is on or off. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  /** A line above it. */
  readonly isFirstOfGroup?: boolean;
}
