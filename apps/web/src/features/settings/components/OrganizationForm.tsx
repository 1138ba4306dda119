import { Button, Group, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Notice } from '../../../components/Notice';
import { fieldErrorsOf, messageOf } from '../../../lib/api-error';
import { toastDone } from '../../../lib/toast';
import { type Organization, useUpdateOrganization } from '../api/get-organization';
import classes from './OrganizationForm.module.css';

type AuditOfReads = Organization['audit_of_reads'];

const AUDITS: { value: AuditOfReads; label: string; text: string }[] = [
  {
    value: 'durable',
    label: 'Durable (recommended)',
    text: 'A program gets a credential once the entry is on disk: no read goes unrecorded, and each takes a little longer.',
  },
  {
    value: 'write_behind',
    label: 'Write-behind',
    text: 'The entry follows within moments: reads are faster, and those of the last moments are missing from the trail when the process is killed.',
  },
];

interface OrganizationFormProps {
  organization: Organization;
  editable: boolean;
}

/** Its name, and how reads of credentials are audited. */
export function OrganizationForm({ organization, editable }: OrganizationFormProps) {
  const [name, setName] = useState(organization.name);
  const [audit, setAudit] = useState<AuditOfReads>(organization.audit_of_reads);
  const update = useUpdateOrganization(organization.id);
  const errors = fieldErrorsOf(update.error);
  const changed = name.trim() !== organization.name || audit !== organization.audit_of_reads;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim() || !changed) return;
    update.mutate(
      { name: name.trim(), audit_of_reads: audit },
      {
        onSuccess: (saved) => {
          setName(saved.name);
          toastDone('The changes are saved.');
        },
      },
    );
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg" maw="var(--lk-form-width)">
        {update.isError && Object.keys(errors).length === 0 && (
          <Notice tone="bad" role="alert" title="The changes could not be saved">
            {messageOf(update.error)}
          </Notice>
        )}
        <TextInput
          label="Name"
          required
          maxLength={200}
          disabled={!editable}
          value={name}
          error={name.trim() ? errors.name?.join(' ') : 'Give it a name.'}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Radio.Group
          label="Audit of credential reads"
          description="How a program’s read of a credential reaches the audit trail."
          value={audit}
          onChange={(value) => setAudit(value as AuditOfReads)}
        >
          <div className={classes.choices}>
            {AUDITS.map(({ value, label, text }) => (
              <Radio.Card key={value} value={value} className={classes.choice} disabled={!editable}>
                <Group wrap="nowrap" align="flex-start" gap="sm">
                  <Radio.Indicator mt={2} disabled={!editable} />
                  <div>
                    <div>{label}</div>
                    <div className={classes.text}>{text}</div>
                  </div>
                </Group>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
        {editable && (
          <Group>
            <Button type="submit" loading={update.isPending} disabled={!changed || !name.trim()}>
              Save changes
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
