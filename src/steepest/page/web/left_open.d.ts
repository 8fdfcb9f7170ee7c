// What a class of the page leaves to those that extend it: TypeScript has `abstract`, JavaScript no word.
export {};

declare module './cards/surfaced.js' {
  interface Surfaced {
    stage: any;
    takeLook(first: boolean): void;
    words(): string;
    drawSurface(): void;
    drawPaths(): void;
    drawPointer(): void;
  }
}

declare module './cards/fit_many.js' {
  interface ManyFit {
    axes(state: State): any;
    guides(state: State): void;
    places(state: State): { x: ArrayLike<number>; y: ArrayLike<number> };
    aim(i: number): number;
  }
}

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
