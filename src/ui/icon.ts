// The icon of our pages: exits that are handled in KVM, and one that is handed to QEMU.

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#0f2530"/>
<path d="M6 23V14m5 9V9m5 14v-7m5 7v-11" stroke="#35b8ae" stroke-width="3" stroke-linecap="round"/>
<path d="M26 23V7" stroke="#ff7a45" stroke-width="3" stroke-linecap="round"/>
</svg>
`
