export const garage = {
  title: 'Mes véhicules',
};
