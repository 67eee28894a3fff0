// The types of uplot.js, which the exporter serves beside these modules out of the package `uplot`.
export { default } from 'uplot'
