export const documents = {
  title: 'Ajouter un véhicule',
};
