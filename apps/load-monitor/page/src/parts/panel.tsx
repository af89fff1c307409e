import type { ComponentChildren } from "preact";

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

/** A choice of one out of several. */
export function Choice<Value extends string>({ label, value, choices, onChoose, isLabelShown }: ChoiceProps<Value>) {
  return (
    <label class="choice">
      <span class={isLabelShown === true ? "choice-label" : "unseen"}>{label}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = choices[currentTarget.selectedIndex];
          if (chosen !== undefined) onChoose(chosen[0]);
        }}
      >
        {choices.map(([one, shown]) => (
          <option key={one} value={one} selected={one === value}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
}
