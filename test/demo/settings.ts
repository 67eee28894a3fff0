// What both parts of the demo agree on.

/** With this token a person decides on the page. It is no secret: the demo prints it. */
export const approverToken = 'approve-in-the-demo-2026'

/** Of a measurement window; as shipped it is 15. An emulated CPU that is shared needs no less. */
export const windowSeconds = 3
