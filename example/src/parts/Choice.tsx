import { useId } from "react";

export interface ChoiceOption<Value extends string> {
  value: Value;
  title: string;
  /** Shown under the title. */
  meaning?: string;
  isDisabled?: boolean;
}

/** One of a few, side by side: small as buttons, or with a line about each as cards. */
export function Choice<Value extends string>({
  legend,
  options,
  chosen,
  onChoose,
  hint,
}: {
  legend: string;
  options: ChoiceOption<Value>[];
  chosen: Value;
  onChoose: (value: Value) => void;
  /** About what is chosen. */
  hint?: string;
}) {
  const name = useId();
  const hintId = useId();
  const isCards = options.some(({ meaning }) => meaning !== undefined);
  return (
    <fieldset className="choice" aria-describedby={hint === undefined ? undefined : hintId}>
      <legend>{legend}</legend>
      <div className="choice-options" data-cards={isCards || undefined}>
        {options.map(({ value, title, meaning, isDisabled = false }) => (
          <label key={value} data-chosen={value === chosen || undefined} data-disabled={isDisabled}>
            <input
              type="radio"
              name={name}
              aria-label={title}
              aria-describedby={meaning === undefined ? undefined : `${name}-${value}`}
              checked={value === chosen}
              disabled={isDisabled}
              onChange={() => onChoose(value)}
            />
            <span className="choice-title">{title}</span>
            {meaning !== undefined && (
              <span id={`${name}-${value}`} className="hint">
                {meaning}
              </span>
            )}
          </label>
        ))}
      </div>
      {hint !== undefined && (
        <p id={hintId} className="hint">
          {hint}
        </p>
      )}
    </fieldset>
  );
}
