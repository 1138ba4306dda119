import { Notifications } from '@mantine/notifications';

/** The corner where toasts appear; loaded after the page itself. */
export default function Toasts() {
  return <Notifications position="bottom-center" limit={2} />;
}
