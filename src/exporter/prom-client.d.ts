// Parts of prom-client that are imported one by one, because the whole of it takes 3 MB more memory.
declare module 'prom-client/lib/registry.js' {
  export { Registry as default } from 'prom-client'
}
declare module 'prom-client/lib/metrics/*.js' {
  import type { Registry } from 'prom-client'
  /** Adds the metrics to `registry`, which reads them whenever it is asked. */
  export default function add(registry: Registry): void
}
