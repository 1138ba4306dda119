import { type FieldTemplateProps, getUiOptions, type ObjectFieldTemplateProps } from '@rjsf/utils';
import type { FormValues, JsonSchema } from './json-schema';
import classes from './SchemaForm.module.css';

/** Widgets draw label, description and error themselves; this only hides what is hidden. */
export function FieldTemplate({ hidden, children }: FieldTemplateProps<FormValues, JsonSchema>) {
  return <div hidden={hidden}>{children}</div>;
}

interface Group {
  title: string;
  fields: string[];
}

type Properties = ObjectFieldTemplateProps<FormValues, JsonSchema>['properties'];

/** The fields in their order: those of no group first, then each group under its title. */
export function ObjectFieldTemplate(props: ObjectFieldTemplateProps<FormValues, JsonSchema>) {
  const { groups } = getUiOptions(props.uiSchema) as { groups?: Group[] };
  const shown = (groups ?? []).map(({ title, fields }) => ({
    title,
    properties: props.properties.filter(({ name }) => fields.includes(name)),
  }));
  const grouped = new Set((groups ?? []).flatMap(({ fields }) => fields));
  return (
    <div className={classes.fields}>
      <Fields properties={props.properties.filter(({ name }) => !grouped.has(name))} />
      {shown
        .filter(({ properties }) => properties.length > 0)
        .map(({ title, properties }) => (
          <fieldset key={title} className={classes.group}>
            <legend className={classes.legend}>{title}</legend>
            <div className={classes.fields}>
              <Fields properties={properties} />
            </div>
          </fieldset>
        ))}
    </div>
  );
}

function Fields({ properties }: { properties: Properties }) {
  return properties.map(({ name, content }) => <div key={name}>{content}</div>);
}
