// What a class of the page leaves to those that extend it: TypeScript has `abstract`, JavaScript no word.
export {};

declare module './surfaced.js' {
  interface Surfaced {
    stage: any;
    takeLook(first: boolean): void;
    words(): string;
    drawSurface(): void;
    drawPaths(): void;
    drawPointer(): void;
  }
}

declare module './fit_many.js' {
  interface ManyFit {
    axes(state: State): any;
    guides(state: State): void;
    places(state: State): { x: ArrayLike<number>; y: ArrayLike<number> };
    aim(i: number): number;
  }
}

declare module './run_plot.js' {
  interface RunPlot {
    drawRun(run: Run): void;
  }
}
