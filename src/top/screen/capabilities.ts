// What can be shown, by the environment.

export interface Capabilities {
  /** Whether escape sequences may be used at all. */
  readonly hasStyles: boolean
  readonly hasColours: boolean
  /** Whether the locale is UTF-8; otherwise only ASCII is shown. */
  readonly isUtf8: boolean
}

/** https://no-color.org, locale(7) */
export function capabilitiesOf({ LC_ALL, LC_CTYPE, LANG, NO_COLOR }: NodeJS.ProcessEnv): Capabilities {
  return {
    hasStyles: true,
    hasColours: !NO_COLOR,
    isUtf8: /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || ''),
  }
}
