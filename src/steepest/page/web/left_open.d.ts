// What a class of the page leaves to those that extend it: TypeScript has `abstract`, JavaScript no word.
export {};

declare module './engine/risk.js' {
  interface Risk {
    marginsAt(params: Float64Array, out?: Float64Array): Float64Array;
    pulled(slope: Float64Array): Float64Array;
    on(X: Float64Array, y: Float64Array): any;
  }
}

declare module './store/asking.js' {
  interface Asking {
    lookAt(x: number | null, y?: number): unknown;
  }
}
