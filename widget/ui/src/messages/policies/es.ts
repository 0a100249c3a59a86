import type { TranslationOf } from '../translate';
import type { en } from './en';

export const es = {
  matchSecondary: 'Emparejar contactos también por el segundo correo',
  matchSecondaryText:
    'Zoho Desk conoce un segundo correo del contacto. Cuando es el correo de otro contacto en Salesforce, los dos se vinculan si ninguno tiene otro candidato. Sin esto, son fallos y no se crea nada.',
  secondaryOn: 'Desde ahora los contactos también se vinculan por un segundo correo; cada uno conserva los suyos.',
  secondaryOff: 'Los contactos nuevos ya no se vinculan por un segundo correo. Los pares vinculados siguen vinculados.',
  impactMatched: '{object}: se vincularían {count} pares más.',
  keptTitle: 'Llamadas a la API para agentes',
  keptLabel: 'Porcentaje de las llamadas diarias que se reserva a los agentes',
  keptText:
    'La sincronización se detiene cuando solo queda esta parte, y continúa al día siguiente; las fichas se siguen leyendo. Vale para los clientes de ambos lados.',
  keptServer: 'Vale el ajuste del propio servidor: {percent} %.',
  keptOwn: 'Vuelve a valer el ajuste del propio servidor; se muestra en cuanto ambos clientes lo aplican.',
  keptOwnUse: 'Usar el del servidor',
  keptQuestion: '¿Cambiar cuántas llamadas a la API se reservan a los agentes?',
  keptChange: 'De {before} % a {after} % de las llamadas diarias de cada lado.',
  keptSide:
    '{side}: {kept} de {limit} llamadas quedan para los agentes, {sync} son de la sincronización; {used} ya se usaron.',
  keptHolds: '{side}: la sincronización ya usó su parte y espera.',
  agentCards: 'De quién pueden abrir la tarjeta los agentes',
  agentCardsAny: 'Los agentes pueden abrir la tarjeta de cualquier cliente, en tickets, contactos y cuentas.',
  agentCardsTickets:
    'Los agentes ven los clientes de los tickets que Zoho Desk les muestra, y de nadie más: sin tarjeta en las páginas de contacto y cuenta, sin listas, sin vincular a mano.',
  agentCardsPrivate:
    'Los agentes ven los clientes de sus propios tickets, de los no asignados y de los no asignados de sus equipos, y de nadie más: sin tarjeta en las páginas de contacto y cuenta, sin listas, sin vincular a mano.',
  historyShorter:
    'El historial, los fallos resueltos y el diario de más de {after} días se eliminan (antes: {before} días). No se puede deshacer.',
  historyLonger: 'El historial se conserva {days} días a partir de ahora.',
} satisfies TranslationOf<typeof en>;
