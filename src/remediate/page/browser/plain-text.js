// Texts from outside, such as the names of VMs and the labels of alerts, may contain characters that nobody sees or that
// reverse the text after them. They are shown as escapes, as `kvminfo remediate list` shows them.

const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu
const hiddenExceptLines = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\u2028\u2029]/gu

/** @param {string} character */
const escaped = (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`

/**
 * On one line.
 * @param {string} text
 */
export const plainText = (text) => text.replace(hidden, escaped)

/**
 * Keeps line breaks and tabs, for a diff.
 * @param {string} text
 */
export const plainLines = (text) => text.replace(hiddenExceptLines, escaped)
