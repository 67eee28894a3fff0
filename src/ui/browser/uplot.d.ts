// The types of uplot.js, which `assets.ts` serves next to these modules from the npm package `uplot`.
export { default } from 'uplot'
