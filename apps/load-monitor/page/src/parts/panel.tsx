import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface PanelProps {
  readonly id: string;
  readonly title: string;
  /** What stands beside the title: figures, choices. */
  readonly aside?: ComponentChildren;
  readonly look?: string;
  readonly children: ComponentChildren;
}

/** A part of the page with a title of its own, which one can jump to. */
export function Panel({ id, title, aside, look, children }: PanelProps) {
  return (
    <section id={id} class={`panel panel-${id} ${look ?? ""}`} aria-labelledby={`${id}-title`} tabIndex={-1}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** What a part shows while it has nothing to show. */
export function Empty({ title, hint }: { readonly title: string; readonly hint?: string | undefined }) {
  return (
    <div class="empty">
      <p>{title}</p>
      {hint === undefined ? null : <p class="hint">{hint}</p>}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [value: Value, text: string])[];
  readonly onChoose: (value: Value) => void;
  readonly isLabelShown?: boolean;
}

const AT_ONCE_MAX = 30;

/** A choice of one out of several. */
export function Choice<Value extends string>({ label, value, choices, onChoose, isLabelShown }: ChoiceProps<Value>) {
  // Hundreds of options cost more to make than the rest of the page: they are made when somebody comes near.
  const [isNear, comeNear] = useState(false);
  const shown = isNear || choices.length <= AT_ONCE_MAX ? choices : choices.filter(([one]) => one === value);
  return (
    <label class="choice" onPointerEnter={() => comeNear(true)} onFocusCapture={() => comeNear(true)}>
      <span class={isLabelShown === true ? "choice-label" : "unseen"}>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = shown[currentTarget.selectedIndex];
          if (chosen !== undefined) onChoose(chosen[0]);
        }}
      >
        {shown.map(([one, name]) => (
          <option key={one} value={one} selected={one === value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
