-- phm.hhs: risk scores of the HHS-HCC models.
SET client_min_messages = warning;
SELECT model, benefit_year, status FROM phm.hhs_release ORDER BY model, benefit_year;
SELECT r.model, r.benefit_year, property, value
  FROM phm.hhs_release AS r, phm.explain_hhs_model(phm.hhs_model(r.model, r.benefit_year))
 WHERE property <> 'hash' ORDER BY model, benefit_year, property;
