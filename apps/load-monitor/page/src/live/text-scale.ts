const USUAL_PX = 16;

/** How much larger than usual text is on this screen: what is drawn in pixels grows with it. */
export const textScale = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_PX || 1;
